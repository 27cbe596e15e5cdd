import type { DistillFrame, Standing } from '$lib/protocol/distill';
import type { DistillTrial, Numbers, TrialNews } from '$lib/protocol/trial';
import { beginDistillation, disposeDistillation, distillStep, isDistilled } from './distill';
import { readFrame } from './distillFrame';
import { TrialProblem } from './trialProblem';

/** These models have no routers; each record gives its array away. */
const NO_LOAD = () => new Float32Array();

/**
 * Runs a distillation as a trial: arm 0 is the teacher, the others are its students. After every frame
 * each arm tells its mean loss, and its measurements by name: see `frameOf` in protocol/distill.
 *
 * @throws TrialProblem if a loss is not finite; RangeError if students do not fit their teacher
 */
export async function* distill({ plan }: DistillTrial): AsyncGenerator<TrialNews, void> {
	const run = beginDistillation(plan);
	try {
		yield* await newsOf(run);
		while (!isDistilled(run)) {
			const before = run.step;
			distillStep(run);
			const isFrame = run.step > before && run.step % plan.every === 0;
			if (isFrame || isDistilled(run)) yield* await newsOf(run);
			else yield { arm: 0, records: [], probed: [] };
		}
	} finally {
		disposeDistillation(run);
	}
}

async function newsOf(run: Parameters<typeof readFrame>[0]): Promise<TrialNews[]> {
	const { frame, problem } = await readFrame(run);
	if (problem !== null) throw new TrialProblem(problem);
	const { step } = frame;
	const teacher: TrialNews = {
		arm: 0,
		records:
			frame.teacher.loss === null ? [] : [{ step, loss: frame.teacher.loss, load: NO_LOAD() }],
		probed: [{ step, numbers: teacherNumbers(frame) }]
	};
	const students = frame.students.map(({ losses, ...standing }, index): TrialNews => ({
		arm: index + 1,
		records: losses ? [{ step, loss: losses.total, load: NO_LOAD() }] : [],
		probed: [{ step, numbers: { ...losses, ...standingNumbers(standing) } }]
	}));
	return [teacher, ...students];
}

function teacherNumbers({ teacher, teacherSteps, passes }: DistillFrame): Numbers {
	const loss = teacher.loss === null ? {} : { loss: teacher.loss };
	return { ...loss, teacherSteps, ...passes, ...standingNumbers(teacher) };
}

function standingNumbers({ divergence, logits }: Standing): Numbers {
	const named = Array.from(logits, (logit, token) => [`logit${token}`, logit] as const);
	return { divergence, ...Object.fromEntries(named) };
}

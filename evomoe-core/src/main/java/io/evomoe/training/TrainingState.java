package io.evomoe.training;

import io.evomoe.step.StepContext;

/**
 * Everything a run needs to go on, live: to be written before the next step.
 *
 * @param progress how far the run has come
 * @param moment phase and temperature of the step that comes next
 * @param seed of the run
 * @param model whose parameters and state count
 * @param optimizer whose moments count
 */
public record TrainingState(
    Progress progress, StepContext moment, long seed, Model<?> model, Optimizer optimizer) {}

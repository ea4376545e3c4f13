/**
 * Tasks: what a run trains on, its model and its loss. Begin with {@link io.evomoe.run.task.Task}
 * to train a model of one's own; {@link io.evomoe.run.task.Tasks} knows all tasks by name.
 */
@NullMarked
package io.evomoe.run.task;

import org.jspecify.annotations.NullMarked;

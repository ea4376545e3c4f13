package io.evomoe.training.internal.rounds;

import java.io.Serializable;

/**
 * The place and duration of a worker's steps.
 *
 * @param place readable place, e.g. the name of a process
 * @param seconds duration of all its steps
 * @param startBytes bytes of arrays that were received with the round's start, 0 if it was local
 */
public record WorkerTime(String place, double seconds, long startBytes) implements Serializable {}

package io.evomoe.training.internal.rounds;

/**
 * Where a worker took its steps, and how long that lasted.
 *
 * @param place for people, such as the name of a process
 * @param seconds of all its steps
 * @param startBytes bytes of arrays that were received with the round's start, 0 where it was there
 */
public record WorkerTime(String place, double seconds, long startBytes) {}

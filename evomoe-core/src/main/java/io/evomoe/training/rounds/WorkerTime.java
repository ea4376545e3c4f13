package io.evomoe.training.rounds;

/**
 * Where a worker took its steps, and how long that lasted.
 *
 * @param place for people, such as the name of a process
 * @param seconds of all its steps
 */
public record WorkerTime(String place, double seconds) {}

package io.evomoe.evolution;

/** Placeholder until the expert layer lands. */
public final class EvolvingFeedForward {}

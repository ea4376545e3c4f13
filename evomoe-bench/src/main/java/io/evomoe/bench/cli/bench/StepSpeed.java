package io.evomoe.bench.cli.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;

/**
 * Speed of a training step.
 *
 * @param gate by name
 * @param precision of the matrix products
 * @param kernels provider
 * @param threads of the kernels
 * @param joins how often a step waited for its threads; 0 where there is one
 * @param params parameters of the model, all experts included
 * @param millisPerStep median
 * @param tokensPerSecond from the median
 * @param gemmPeakGflops measured in the same process
 * @param mfu 6 x active parameters x tokens per second over the gemm peak
 * @param activeExperts mean over steps, layers and tokens
 * @param peakRssMegabytes largest resident size of the process in MiB, after the steps
 * @param floor what is below the time of a step
 * @param floorRatio the time of a step over its floor
 */
record StepSpeed(
    String gate,
    String precision,
    String kernels,
    int threads,
    @JsonProperty("joins_per_step") double joins,
    long params,
    @JsonProperty("ms_per_step") double millisPerStep,
    @JsonProperty("tokens_per_s") double tokensPerSecond,
    @JsonProperty("gemm_peak_gflops") double gemmPeakGflops,
    double mfu,
    @JsonProperty("active_experts") double activeExperts,
    @JsonProperty("peak_rss_mb") double peakRssMegabytes,
    @JsonUnwrapped StepFloor floor,
    @JsonProperty("floor_ratio") double floorRatio) {}

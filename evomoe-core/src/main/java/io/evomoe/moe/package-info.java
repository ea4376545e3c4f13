/**
 * Gates, routing and expert layers. A {@link io.evomoe.moe.Gate} chooses the experts and weights of
 * each token. {@link io.evomoe.moe.MoeLayer} runs the experts and combines their outputs.
 * CONTRIBUTING shows a gate in one file. A {@link io.evomoe.moe.GateProvider} creates it. Gates
 * share {@link io.evomoe.moe.RouterProjection}, {@link io.evomoe.moe.Softmax} and {@link
 * io.evomoe.moe.LoadBalancing}.
 */
@NullMarked
package io.evomoe.moe;

import org.jspecify.annotations.NullMarked;

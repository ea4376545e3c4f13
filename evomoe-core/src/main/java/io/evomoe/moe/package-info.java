/**
 * Gates, routing and expert layers. A {@link io.evomoe.moe.Gate} says which experts take which
 * token, with which weight; {@link io.evomoe.moe.MoeLayer} sends the tokens there and back.
 * CONTRIBUTING shows a gate in one file: a {@link io.evomoe.moe.GateProvider} makes it, and {@link
 * io.evomoe.moe.RouterProjection}, {@link io.evomoe.moe.Softmax} and {@link
 * io.evomoe.moe.LoadBalancing} are the arithmetic that gates share.
 */
@NullMarked
package io.evomoe.moe;

import org.jspecify.annotations.NullMarked;

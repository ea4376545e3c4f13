/**
 * A mixture-of-experts layer for DL4J networks, of {@code org.deeplearning4j:deeplearning4j-nn}
 * 1.0.0-M2.1.
 */
@NullMarked
package io.evomoe.models.dl4j;

import org.jspecify.annotations.NullMarked;

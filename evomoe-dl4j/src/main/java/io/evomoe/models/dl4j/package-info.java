/**
 * A mixture-of-experts layer for DL4J networks. Needs {@code org.deeplearning4j:deeplearning4j-nn}
 * 1.0.0-M2.1 on the class path, which this library does not bring along.
 */
@NullMarked
package io.evomoe.models.dl4j;

import org.jspecify.annotations.NullMarked;

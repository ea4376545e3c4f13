/**
 * The portable kernel provider. It uses only ND4J operations, so it runs on every ND4J backend, in
 * single and double precision. It is the reference for faster providers.
 */
@NullMarked
package io.evomoe.kernel.internal.nd4j;

import org.jspecify.annotations.NullMarked;

/**
 * The gates of the library, one file each. They are found by name through {@link
 * java.util.ServiceLoader}, so programs do not need their classes. Each file names its paper and
 * the differences from it.
 */
@NullMarked
package io.evomoe.gates;

import org.jspecify.annotations.NullMarked;

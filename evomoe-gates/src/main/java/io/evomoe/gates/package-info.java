/** The gates, one file each; found by name through {@link java.util.ServiceLoader}. */
@NullMarked
package io.evomoe.gates;

import org.jspecify.annotations.NullMarked;

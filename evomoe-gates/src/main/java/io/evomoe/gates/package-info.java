/**
 * The gates that come with the library, one file each. They are found by name through {@link
 * java.util.ServiceLoader}; no program needs their classes. Each file says which paper it follows,
 * and where it differs.
 */
@NullMarked
package io.evomoe.gates;

import org.jspecify.annotations.NullMarked;

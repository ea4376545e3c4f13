/** Data of a program and of files. */
@NullMarked
package io.evomoe.run.data;

import org.jspecify.annotations.NullMarked;

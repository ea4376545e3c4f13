/** Tasks without the command line. */
@NullMarked
package io.evomoe.run.internal.task;

import org.jspecify.annotations.NullMarked;

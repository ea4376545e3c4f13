/** Tasks without the command line. */
@NullMarked
package io.evomoe.run.task;

import org.jspecify.annotations.NullMarked;

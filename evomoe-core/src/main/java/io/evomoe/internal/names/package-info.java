/** Names that people type: gates, commands, fields of a configuration. */
@NullMarked
package io.evomoe.internal.names;

import org.jspecify.annotations.NullMarked;

/** The part of Jinja, with Python's values, that chat templates use. */
@NullMarked
package io.evomoe.models.internal.jinja;

import org.jspecify.annotations.NullMarked;

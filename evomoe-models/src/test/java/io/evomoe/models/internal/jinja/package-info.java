@NullMarked
package io.evomoe.models.internal.jinja;

import org.jspecify.annotations.NullMarked;

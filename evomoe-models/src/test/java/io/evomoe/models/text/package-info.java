@NullMarked
package io.evomoe.models.text;

import org.jspecify.annotations.NullMarked;

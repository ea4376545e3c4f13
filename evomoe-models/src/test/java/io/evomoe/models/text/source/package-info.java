@NullMarked
package io.evomoe.models.text.source;

import org.jspecify.annotations.NullMarked;

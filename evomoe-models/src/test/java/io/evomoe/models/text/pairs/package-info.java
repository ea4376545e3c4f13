@NullMarked
package io.evomoe.models.text.pairs;

import org.jspecify.annotations.NullMarked;

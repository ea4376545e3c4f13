@NullMarked
package io.evomoe.models.roberta;

import org.jspecify.annotations.NullMarked;

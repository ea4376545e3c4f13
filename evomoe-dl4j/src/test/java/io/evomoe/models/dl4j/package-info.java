@NullMarked
package io.evomoe.models.dl4j;

import org.jspecify.annotations.NullMarked;

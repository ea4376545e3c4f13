@NullMarked
package io.evomoe.langchain4j;

import org.jspecify.annotations.NullMarked;

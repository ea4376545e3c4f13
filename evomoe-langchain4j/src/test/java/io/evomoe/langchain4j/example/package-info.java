@NullMarked
package io.evomoe.langchain4j.example;

import org.jspecify.annotations.NullMarked;

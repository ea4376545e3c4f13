/**
 * Trained models for LangChain4j, in the same process. All use a {@link io.evomoe.run.Predictor},
 * which the program opens once and closes at its end.
 */
@NullMarked
package io.evomoe.langchain4j;

import org.jspecify.annotations.NullMarked;

/** The HTTP server of one trained model, with the paths and the JSON of OpenAI's API. */
@NullMarked
package io.evomoe.bench.serve;

import org.jspecify.annotations.NullMarked;

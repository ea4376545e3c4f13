package org.example;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;

/** Continues a text with a GGUF file that {@code evomoe export --format gguf} wrote. */
public final class Answer {
  private Answer() {}

  /**
   * Prints the text and what follows it, as it comes.
   *
   * @param args the file, and the text
   */
  public static void main(String[] args) {
    ModelParameters parameters = new ModelParameters().setModel(args[0]).setCtxSize(0).disableLog();
    try (LlamaModel model = new LlamaModel(parameters)) {
      System.out.print(args[1]);
      for (LlamaOutput next : model.generate(new InferenceParameters(args[1]).setNPredict(40))) {
        System.out.print(next);
      }
      System.out.println();
    }
    System.exit(0); // A thread of the native library does not end by itself.
  }
}

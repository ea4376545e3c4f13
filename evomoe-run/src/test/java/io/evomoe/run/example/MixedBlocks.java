package io.evomoe.run.example;

import io.evomoe.kernel.Kernels;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.moe.Gates;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.Scope;
import java.util.List;

/** The model of docs/own-model.md whose blocks differ. */
final class MixedBlocks {
  private MixedBlocks() {}

  static Gpt model(int vocabulary, Gates gates, Kernels kernels) {
    BlockConfig dense = BlockConfig.of(64, 4); // hidden size, attention heads
    BlockConfig few = dense.withMoe(MoeConfig.of(4, 256)); // experts, their intermediate size
    AttentionConfig grouped = new AttentionConfig(64, 4, 2, 16, true, true, null, null);
    BlockConfig many = few.with(b -> b.moe(MoeConfig.of(16, 64)).attention(grouped).dropout(0.1));
    StackConfig stack = new StackConfig(List.of(dense, few, many));
    return new Gpt(new LanguageModelConfig(vocabulary, 32, stack), gates, Scope.root(1, kernels));
  }
}

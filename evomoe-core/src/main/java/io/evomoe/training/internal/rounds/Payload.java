package io.evomoe.training.internal.rounds;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Serializes the arrays of a snapshot or a difference: numbers by name, states in float64. */
final class Payload {
  private Payload() {}

  static void write(
      WireFormat format,
      Map<String, float[]> parameters,
      Map<String, double[]> states,
      DataOutput out)
      throws IOException {
    out.writeInt(parameters.size());
    for (Map.Entry<String, float[]> parameter : parameters.entrySet()) {
      out.writeUTF(parameter.getKey());
      out.writeInt(parameter.getValue().length);
      format.write(parameter.getValue(), out);
    }
    out.writeInt(states.size());
    for (Map.Entry<String, double[]> state : states.entrySet()) {
      out.writeUTF(state.getKey());
      out.writeInt(state.getValue().length);
      for (double value : state.getValue()) {
        out.writeDouble(value);
      }
    }
  }

  /** Fills both maps and returns the bytes of the arrays that were read, without their names. */
  static long read(
      WireFormat format,
      Map<String, float[]> parameters,
      Map<String, double[]> states,
      DataInput in)
      throws IOException {
    int parameterCount = in.readInt();
    for (int i = 0; i < parameterCount; i++) {
      parameters.put(in.readUTF(), format.read(in.readInt(), in));
    }
    int stateCount = in.readInt();
    for (int i = 0; i < stateCount; i++) {
      String name = in.readUTF();
      double[] values = new double[in.readInt()];
      for (int v = 0; v < values.length; v++) {
        values[v] = in.readDouble();
      }
      states.put(name, values);
    }
    return format.bytes(
        parameters.values().stream().mapToLong(v -> v.length).sum(),
        states.values().stream().mapToLong(v -> v.length).sum());
  }

  static void writeNames(Collection<String> names, DataOutput out) throws IOException {
    out.writeInt(names.size());
    for (String name : names) {
      out.writeUTF(name);
    }
  }

  static Set<String> readNames(DataInput in) throws IOException {
    Set<String> names = new LinkedHashSet<>();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      names.add(in.readUTF());
    }
    return names;
  }
}

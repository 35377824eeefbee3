import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/** What was measured, by one client or by all. */
final class Figures {
  long operations = 0;
  double seconds = 0;
  long fewest = Long.MAX_VALUE, most = 0;
  final Map<String, Double> more = new TreeMap<>();
  private final Map<String, List<Long>> times = new TreeMap<>(); // by verb, in nanoseconds
  private final Map<String, Long> errors = new TreeMap<>();

  void took(String verb, long ns) {
    times.computeIfAbsent(verb, v -> new ArrayList<>()).add(ns);
  }

  void failed(Exception error) {
    errors.merge(error.getClass().getSimpleName(), 1L, Long::sum);
  }

  double perSecond() {
    return operations / seconds;
  }

  void add(Figures one) {
    operations += one.operations;
    fewest = Math.min(fewest, one.operations);
    most = Math.max(most, one.operations);
    one.times.forEach((verb, list) -> times.computeIfAbsent(verb, v -> new ArrayList<>()).addAll(list));
    one.errors.forEach((word, count) -> errors.merge(word, count, Long::sum));
  }

  /** Of a process on this machine; 0 if it cannot be told. */
  static long residentBytes(long pid) throws IOException {
    Path status = Path.of("/proc/" + pid + "/status");
    if (!Files.exists(status)) return 0;
    for (String line : Files.readAllLines(status))
      if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
    return 0;
  }

  String json(String workload, int clients) {
    if (workload.equals("handover")) {
      more.put("fewest_grants", (double) fewest);
      more.put("most_grants", (double) most);
    }
    String operation =
        Map.of("handover", "grants", "mixed", "operations", "hold", "locks").getOrDefault(workload, "pairs");
    return String.format(
        Locale.ROOT,
        "{\"workload\":\"%s\",\"operation\":\"%s\",\"clients\":%d,\"pipeline\":1,\"seconds\":%f,\"operations\":%d,"
            + "\"per_second\":%f,\"latencies\":%s,\"errors\":%s,\"more\":%s}",
        workload, operation, clients, seconds, operations, perSecond(), latencies(), object(errors), object(more));
  }

  private String latencies() {
    Map<String, String> all = new TreeMap<>();
    times.forEach(
        (verb, list) -> {
          long[] sorted = list.stream().mapToLong(Long::longValue).toArray();
          Arrays.sort(sorted);
          all.put(
              verb,
              String.format(
                  Locale.ROOT,
                  "{\"count\":%d,\"p50_us\":%f,\"p99_us\":%f,\"p999_us\":%f,\"max_us\":%f}",
                  sorted.length, quantileUs(sorted, 0.5), quantileUs(sorted, 0.99), quantileUs(sorted, 0.999),
                  quantileUs(sorted, 1)));
        });
    return object(all);
  }

  private static double quantileUs(long[] sorted, double fraction) {
    return sorted[Math.max(0, (int) Math.ceil(fraction * sorted.length) - 1)] / 1000.0;
  }

  private static String object(Map<String, ?> members) {
    StringJoiner text = new StringJoiner(",", "{", "}");
    members.forEach((name, value) -> text.add("\"" + name + "\":" + value));
    return text.toString();
  }
}

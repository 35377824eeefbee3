import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.Watcher;

/**
 * Runs the workloads of `holdfast bench` on a ZooKeeper server by Curator's recipes, and prints the same JSON. Each
 * client is a thread with a session of its own. There is nothing to renew: sessions are kept by heartbeats.
 */
public final class Peer {
  private final Settings settings;
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong releasedAt = new AtomicLong();
  private volatile long endNs;

  private Peer(Settings settings) {
    this.settings = settings;
  }

  static final class Settings {
    String endpoint = "127.0.0.1:2181", workload = "uncontended";
    int clients = 64, keys = 100_000, locks = 1_000_000, watchers = 16;
    long pid = 0;
    double seconds = 5;
    final String root = "/bench-" + ProcessHandle.current().pid();

    Settings(String[] arguments) {
      for (int i = 0; i + 1 < arguments.length; i += 2) {
        String value = arguments[i + 1];
        switch (arguments[i]) {
          case "--endpoint" -> endpoint = value;
          case "--workload" -> workload = value;
          case "--clients" -> clients = Integer.parseInt(value);
          case "--keys" -> keys = Integer.parseInt(value);
          case "--locks" -> locks = Integer.parseInt(value);
          case "--watchers" -> watchers = Integer.parseInt(value);
          case "--seconds" -> seconds = Double.parseDouble(value);
          case "--pid" -> pid = Long.parseLong(value);
          default -> throw new IllegalArgumentException("no option " + arguments[i]);
        }
      }
    }
  }

  private interface Loop {
    void run(Client client) throws Exception;
  }

  private final class Client {
    final CuratorFramework session;
    final int number;
    Figures figures = new Figures();

    Client(int number) throws Exception {
      this.number = number;
      this.session = connect();
    }

    boolean over() {
      return System.nanoTime() >= endNs;
    }

    String key(String kind, long number) {
      return settings.root + "/" + kind + "/" + number;
    }

    String ownKey() {
      int each = settings.keys / settings.clients + 1;
      return key("own", (long) number * each + ThreadLocalRandom.current().nextInt(each));
    }

    /** Takes and releases; the time of the release is known to who waits for the same key. */
    void pair(InterProcessLock lock) throws Exception {
      long began = System.nanoTime();
      lock.acquire();
      figures.took("acquire", System.nanoTime() - began);
      began = System.nanoTime();
      lock.release();
      figures.took("release", System.nanoTime() - began);
      figures.operations++;
    }

    void uncontended() throws Exception {
      while (!over()) pair(new InterProcessMutex(session, ownKey()));
    }

    void handover() throws Exception {
      InterProcessMutex lock = new InterProcessMutex(session, key("handover", 0));
      while (!over()) {
        long asked = System.nanoTime();
        lock.acquire();
        long now = System.nanoTime();
        long released = releasedAt.get();
        if (!over()) {
          figures.took("acquire", now - asked);
          if (asked < released) figures.took("handover", now - released);
          figures.operations++;
        }
        releasedAt.set(System.nanoTime());
        lock.release();
      }
    }

    /** As the others', without renewals. */
    void mixed() throws Exception {
      while (!over()) {
        int dice = ThreadLocalRandom.current().nextInt(80);
        int hot = ThreadLocalRandom.current().nextInt(4);
        if (dice < 5) pair(new InterProcessReadWriteLock(session, key("shared", hot)).readLock());
        else if (dice < 10) pair(new InterProcessMutex(session, key("hot", hot)));
        else pair(new InterProcessMutex(session, ownKey()));
      }
    }

    /** What it takes goes with the session. */
    void hold() throws Exception {
      for (long i; (i = taken.incrementAndGet()) <= settings.locks; ) {
        long began = System.nanoTime();
        new InterProcessMutex(session, key("hold", i)).acquire();
        figures.took("acquire", System.nanoTime() - began);
        figures.operations++;
      }
    }
  }

  private CuratorFramework connect() throws Exception {
    CuratorFramework session =
        CuratorFrameworkFactory.newClient(settings.endpoint, 30_000, 15_000, new ExponentialBackoffRetry(100, 3));
    session.start();
    session.blockUntilConnected();
    return session;
  }

  private Figures drive(List<Client> clients, Loop loop, double seconds) throws InterruptedException {
    long began = System.nanoTime();
    endNs = began + (long) (seconds * 1e9);
    CountDownLatch working = new CountDownLatch(clients.size());
    for (Client client : clients) {
      client.figures = new Figures();
      Thread thread =
          new Thread(
              () -> {
                while (true) {
                  try {
                    loop.run(client);
                    break;
                  } catch (Exception e) {
                    client.figures.failed(e);
                    if (client.over()) break;
                  }
                }
                working.countDown();
              });
      thread.setDaemon(true);
      thread.start();
    }
    working.await();
    Figures total = new Figures();
    for (Client client : clients) total.add(client.figures);
    total.seconds = (System.nanoTime() - began) / 1e9;
    return total;
  }

  /** Compiled code only: a client that has just started is not what anybody runs. */
  private static final double WARM_UP_SECONDS = 2;

  /** As uncontended, for half of the time with watchers, and before and after that for a quarter without. */
  private Figures watch(List<Client> clients) throws Exception {
    Figures alone = drive(clients, Client::uncontended, settings.seconds / 4);
    List<CuratorFramework> watching = new ArrayList<>();
    AtomicLong seen = new AtomicLong();
    for (int i = 0; i < settings.watchers; i++) {
      Watcher watcher =
          event -> {
            if (event.getType() != Watcher.Event.EventType.None) seen.incrementAndGet();
          };
      CuratorFramework session = connect();
      session.watchers().add().withMode(AddWatchMode.PERSISTENT_RECURSIVE).usingWatcher(watcher).forPath(settings.root);
      watching.add(session);
    }
    Figures watched = drive(clients, Client::uncontended, settings.seconds / 2);
    for (CuratorFramework session : watching) session.close();
    Figures after = drive(clients, Client::uncontended, settings.seconds / 4);
    alone.seconds += after.seconds;
    alone.add(after);
    watched.more.put("watchers", (double) settings.watchers);
    watched.more.put("ratio_to_unwatched", watched.perSecond() / alone.perSecond());
    watched.more.put("events_per_second", seen.get() / watched.seconds);
    return watched;
  }

  private Figures measure() throws Exception {
    List<Client> clients = new ArrayList<>();
    for (int number = 0; number < settings.clients; number++) clients.add(new Client(number));
    clients.get(0).session.create().forPath(settings.root);
    drive(clients, Client::uncontended, WARM_UP_SECONDS);
    if (settings.workload.equals("watch")) return watch(clients);
    Map<String, Loop> loops =
        Map.of("uncontended", Client::uncontended, "handover", Client::handover, "mixed", Client::mixed, "hold", Client::hold);
    long before = Figures.residentBytes(settings.pid);
    boolean byCount = settings.workload.equals("hold");
    Figures total = drive(clients, loops.get(settings.workload), byCount ? 3600 : settings.seconds);
    if (byCount && before > 0 && total.operations > 0)
      total.more.put("bytes_per_lock", (double) (Figures.residentBytes(settings.pid) - before) / total.operations);
    return total;
  }

  public static void main(String[] arguments) throws Exception {
    Settings settings = new Settings(arguments);
    Figures total = new Peer(settings).measure();
    System.out.println("{\"workloads\":[" + total.json(settings.workload, settings.clients) + "]}");
    System.exit(0); // the sessions end with the process
  }
}

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Kafka's own client, for what java-client.ts says. */
public class JavaClient {
  public static void main(String[] args) throws Exception {
    if (args[0].equals("produce")) produce(args[1], args[2]);
    else consume(args[1], args[2], Integer.parseInt(args[3]));
  }

  static void produce(String brokers, String topic) throws Exception {
    List<String> compressions = List.of("none", "gzip", "snappy", "lz4", "zstd");
    for (int partition = 0; partition < compressions.size(); partition++) {
      Properties properties = new Properties();
      properties.put("bootstrap.servers", brokers);
      properties.put("compression.type", compressions.get(partition));
      properties.put("key.serializer", StringSerializer.class.getName());
      properties.put("value.serializer", StringSerializer.class.getName());
      // So that the records of one compression share one batch.
      properties.put("linger.ms", "100");
      try (KafkaProducer<String, String> producer = new KafkaProducer<>(properties)) {
        for (int n = 0; n < 3; n++) {
          String key = compressions.get(partition) + "-" + n;
          ProducerRecord<String, String> record = new ProducerRecord<>(topic, partition, key, key.repeat(2000));
          record.headers().add("n", String.valueOf(n).getBytes(StandardCharsets.UTF_8));
          producer.send(record);
        }
      }
    }
  }

  static void consume(String brokers, String topic, int count) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", brokers);
    properties.put("key.deserializer", ByteArrayDeserializer.class.getName());
    properties.put("value.deserializer", ByteArrayDeserializer.class.getName());
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
      List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
          .map(info -> new TopicPartition(topic, info.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      int seen = 0;
      long deadline = System.currentTimeMillis() + 30_000;
      while (seen < count && System.currentTimeMillis() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          StringBuilder line = new StringBuilder();
          line.append(record.partition()).append('\t').append(record.offset());
          line.append('\t').append(text(record.key())).append('\t').append(text(record.value()));
          for (Header header : record.headers())
            line.append('\t').append(text(header.key().getBytes(StandardCharsets.UTF_8)))
                .append('=').append(text(header.value()));
          System.out.println(line);
          seen++;
        }
      }
    }
  }

  /** Base64 whose padding does not look like the sign between a header's name and value. */
  static String text(byte[] bytes) {
    return bytes == null ? "null" : Base64.getEncoder().encodeToString(bytes).replace('=', '.');
  }
}

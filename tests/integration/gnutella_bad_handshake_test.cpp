#include "gnutella_attack.hpp"

#include <memory>

// What nobody should say on the way to a session of Gnutella 0.6, or ask for over HTTP: plainly, and in TLS. The node
// says what it must, counts it, and goes on.

namespace gnutella::test {
namespace {

using boost::asio::use_future;
using testing::HasSubstr;
using testing::StartsWith;

// ---- on the way to a session ----

using GnutellaBadHandshake = Attacked;
INSTANTIATE_TEST_SUITE_P(EachWay, GnutellaBadHandshake, testing::Values(plain, in_tls), name_of_way);

TEST_P(GnutellaBadHandshake, IsAnsweredWithWhatIsWrongAndTheNodeGoesOn) {
    start();
    const auto good = neighbour();
    std::string endless = "GNUTELLA CONNECT/0.6\r\n";
    for (int at = 0; at < 4'000; ++at) {
        endless += "X-Line-" + std::to_string(at) + ": and so on\r\n";
    }
    const struct {
        std::string_view what;
        std::string words;
        std::string answer;
    } inputs[] = {
        {"64 KiB in one header", "GNUTELLA CONNECT/0.6\r\nX-Long: " + std::string(64 * 1024, 'x') + "\r\n\r\n",
         "GNUTELLA/0.6 413 "},
        {"64 KiB without an end", "GNUTELLA CONNECT/0.6\r\nX-Long: " + std::string(64 * 1024, 'x'),
         "GNUTELLA/0.6 413 "},
        {"64 KiB in the first line", "GNUTELLA CONNECT/0.6" + std::string(64 * 1024, ' '), "GNUTELLA/0.6 413 "},
        {"headers without an end", endless, "GNUTELLA/0.6 413 "},
        {"a continued line without an end",
         "GNUTELLA CONNECT/0.6\r\nX-Long: x\r\n" + std::string(64 * 1024, ' ') + "\r\n\r\n", "GNUTELLA/0.6 413 "},
        {"a line that is no header", "GNUTELLA CONNECT/0.6\r\nthis is no header\r\n\r\n", "GNUTELLA/0.6 400 "},
        {"a first line that asks for nothing", "GNUTELLA IS GREAT\r\n\r\n", ""},
    };
    std::uint64_t failed = 0;
    for (const auto& [what, words, answer] : inputs) {
        SCOPED_TRACE(what);
        RawServent raw(way_in());
        raw.try_send(words);
        const std::string block = raw.receive_block();
        EXPECT_THAT(block, StartsWith(answer));
        EXPECT_EQ(block.empty(), answer.empty());
        EXPECT_TRUE(raw.ends());
        ++failed;
        // It is counted when the far end has seen the end.
        ASSERT_TRUE(eventually([&] { return counter("handshakes_failed") >= failed; }));
    }
    EXPECT_EQ(counter("handshakes_failed"), failed);
    expect_it_goes_on(*good);
}

TEST_P(GnutellaBadHandshake, WithHeadersOutOfRangeCountsThemAsNotSaid) {
    start();
    for (const char* headers : {
             "X-Max-TTL: 256\r\nX-Degree: 65536\r\n",
             "X-Max-TTL: -1\r\nX-Degree: -1\r\nX-Max-TTL: 99999999999999999999\r\n",
             "X-Max-TTL: 0\r\n",
             "Listen-IP: 256.1.1.1:6346\r\nRemote-IP: 1.2.3\r\n",
             "Listen-IP: 127.0.0.1:65536\r\nNode: 127.0.0.1:0\r\n",
             "Listen-IP: localhost:6346\r\nX-My-Address: [::1\r\n",
             "X-Try-Ultrapeers: a.b,,,:,1.2.3.4,1.2.3.4:99999999,::::\r\nX-Try: \r\n",
             "GUID: 123\r\n",
             "GUID: zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\r\n",
             "X-Query-Routing: 99999.99999\r\nGGEP: .\r\nBye-Packet: x\r\nVendor-Message: -1.5\r\n",
             "Accept-Encoding: ;;,,/,gzip\r\nContent-Encoding: gzip\r\n",
             "Upgrade: \r\nConnection: ,\r\n",
             "User-Agent: \x1B[2J\x07\xFF\xFE\r\n",
             "X-Features: ,,,/\r\n",
         }) {
        SCOPED_TRACE(headers);
        RawServent raw(way_in());
        EXPECT_THAT(raw.greet(headers), StartsWith("GNUTELLA/0.6 200 "));
        expect_an_answer(raw);
    }
    for (const SessionInfo& session : node->status().sessions) {
        EXPECT_EQ(session.agent.find_first_of("\x1B\x07"), std::string::npos);
    }
}

TEST_P(GnutellaBadHandshake, ThatTakesTooLongIsAnswered408AndTheNodeGoesOn) {
    Settings settings = quick_settings();
    settings.gnutella_handshake_timeout = std::chrono::milliseconds(2'000);
    settings.bye_timeout = std::chrono::milliseconds(50);
    start(settings);
    const auto good = neighbour();
    RawServent slow(way_in());
    slow.send("GNUTELLA CONNECT/0.6\r\nUser-Agent: slow");
    std::atomic<bool> over = false;
    std::thread dripping([&] {  // a sign of life now and then does not help
        while (!over) {
            slow.try_send("w");
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    });
    EXPECT_THAT(slow.receive_block(), StartsWith("GNUTELLA/0.6 408 "));
    over = true;
    dripping.join();
    EXPECT_TRUE(slow.ends());
    RawServent speechless(way_in());
    speechless.send(RawServent::connect_block());
    EXPECT_THAT(speechless.receive_block(), StartsWith("GNUTELLA/0.6 200 "));
    EXPECT_TRUE(speechless.ends()) << "it never said that it agrees";
    ASSERT_TRUE(eventually([&] { return counter("handshakes_failed") >= 2; }));
    expect_it_goes_on(*good);
}

// ---- over HTTP ----

using GnutellaBadRequest = Attacked;
INSTANTIATE_TEST_SUITE_P(EachWay, GnutellaBadRequest, testing::Values(plain, in_tls), name_of_way);

TEST_P(GnutellaBadRequest, ForAPathFindsNothing) {
    start();
    const auto good = neighbour();
    good->send(RawServent::message(RawServent::query, RawServent::query_for("still"), 2));
    const auto hit = good->receive(RawServent::query_hit);
    ASSERT_TRUE(hit);
    const unsigned number = static_cast<unsigned char>(hit->payload.at(11));  // the first of four bytes, and enough
    const std::string folder = "/get/" + std::to_string(number) + "/";
    const std::string file = folder + "still%20here.txt";
    for (const std::string& target : {
             std::string("/get/../../etc/passwd"),
             folder + "../../etc/passwd",
             folder + "../../../../../../../../etc/passwd",
             folder + "/etc/passwd",
             folder + "%2e%2e/%2e%2e/etc/passwd",
             folder + "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
             folder + "..%5c..%5cetc%5cpasswd",
             folder + "%252e%252e%252fetc%252fpasswd",
             folder + "%2e",
             folder + "%2e%2e",
             folder + "%00",
             folder + "still%20here.txt%00",
             folder + "still%20here.txt%00.jpg",
             folder + "%2",
             folder + "%zz",
             folder,
             folder.substr(0, folder.size() - 1),
             std::string("/get//still%20here.txt"),
             std::string("/get/-1/still%20here.txt"),
             "/get/" + std::to_string(number + 1) + "/still%20here.txt",
             "/get/" + std::to_string(number + (1ULL << 32)) + "/still%20here.txt",
             std::string("/get/18446744073709551616/still%20here.txt"),
             folder + node->share().path().string() + "/still%20here.txt",
             std::string("/../etc/passwd"),
             std::string("/%2e%2e/etc/passwd"),
             std::string("/uri-res/N2R?urn:sha1:../../etc/passwd"),
             std::string("/uri-res/N2R?file:///etc/passwd"),
             std::string("/etc/passwd"),
         }) {
        RawClient client(way_in());
        const auto answer = client.get(target);
        EXPECT_EQ(answer.status, 404) << target;
        EXPECT_EQ(answer.body, "") << target;
        EXPECT_EQ(client.get(file).body, "here") << "behind " << target;
    }
    expect_it_goes_on(*good);
}

}  // namespace
}  // namespace gnutella::test

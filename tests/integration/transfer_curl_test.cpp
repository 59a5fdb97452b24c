#include "transfer_bench.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>

// What a client that we have not written makes of our server.

namespace gnutella::test {
namespace {

struct CurlTest : testing::Test {
    Threads threads;
    TestServer server{threads};
    TemporaryFolder folder;
    const std::string content = content_of(5'000'000);
    const Hit hit = server.share("Grüße 100%.bin", content);

    struct Result {
        int status = 0;
        std::string output;
    };

    // Runs curl in the folder, on the file's URL.
    Result curl(const std::string& options) const {
        const std::string command = "cd '" + folder.path().string() +
                                    "' && " GNUTELLA_CURL " --silent --show-error --max-time 30 " + options + " '" +
                                    server.url_of(hit) + "' 2>&1";
        Result result;
        FILE* pipe = ::popen(command.c_str(), "r");
        std::array<char, 4096> buffer{};
        while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
            result.output.append(buffer.data(), count);
        }
        const int status = ::pclose(pipe);
        result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        return result;
    }
};

TEST_F(CurlTest, FetchesTheFile) {
    const Result result = curl("--fail -o whole");
    EXPECT_EQ(result.status, 0) << result.output;
    EXPECT_EQ(folder.read("whole"), content);
}

TEST_F(CurlTest, FetchesARange) {
    EXPECT_EQ(curl("--fail -r 1000-1999 -o middle").status, 0);
    EXPECT_EQ(folder.read("middle"), content.substr(1000, 1000));
    EXPECT_EQ(curl("--fail -r -1000 -o tail").status, 0);
    EXPECT_EQ(folder.read("tail"), content.substr(content.size() - 1000));
}

TEST_F(CurlTest, GoesOnFromWhatItHas) {
    folder.write("begun", content.substr(0, 1'234'567));
    EXPECT_EQ(curl("--fail -C - -o begun").status, 0);
    EXPECT_EQ(folder.read("begun"), content);
    EXPECT_EQ(server.end_of_upload().sent, content.size() - 1'234'567);
    EXPECT_EQ(server.counters().bytes_uploaded, content.size() - 1'234'567);
}

TEST_F(CurlTest, KeepsItsConnection) {
    const std::string url = "'" + server.url_of(hit) + "'";
    const Result result = curl("--fail -w '%{num_connects} ' -o one " + url + " -o two");
    EXPECT_EQ(result.output, "1 0 ");
    EXPECT_EQ(folder.read("two"), content);
}

TEST_F(CurlTest, SeesTheSizeByHead) {
    const Result result = curl("--fail --head");
    EXPECT_NE(result.output.find("Content-Length: 5000000\r\n"), std::string::npos) << result.output;
}

TEST_F(CurlTest, SavesUnderTheFilesName) {
    EXPECT_EQ(curl("--fail -O -J").status, 0);
    EXPECT_EQ(folder.read("Gr____e 100_.bin"), content) << "curl reads the ASCII form";
}

TEST_F(CurlTest, NoticesAFileThatIsCutShort) {
    std::filesystem::resize_file(server.folder().path() / "Grüße 100%.bin", 1000);
    EXPECT_EQ(curl("--fail -o cut").status, 22) << "404 before the first byte";
}

}  // namespace
}  // namespace gnutella::test

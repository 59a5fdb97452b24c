#include "net/logger.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gnutella::net {
namespace {

TEST(Logger, MakesWhatCouldDriveATerminalHarmless) {
    Settings settings;
    std::string logged;
    settings.log = [&logged](LogLevel, std::string_view line) { logged = line; };
    settings.log_level = LogLevel::debug;
    const Logger log(settings);
    log(LogLevel::info, "ESC \x1B[31m, DEL \x7F, CSI \xC2\x9B, end of line \n");
    EXPECT_EQ(logged, "ESC \\x1b[31m, DEL \\x7f, CSI \\xc2\\x9b, end of line \\x0a");
    log(LogLevel::info, "\xC3\x9F and \xC2\xA3 are letters, and so is what stands in \xE2\x80\x9B");
    EXPECT_EQ(logged, "\xC3\x9F and \xC2\xA3 are letters, and so is what stands in \xE2\x80\x9B");
}

}  // namespace
}  // namespace gnutella::net

#include "net/source_answer_reader.hpp"
#include "require.hpp"
#include "transfer/source_answer.hpp"

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <variant>

// The head of a source's answer: whatever it says, what is kept of the body begins where it was asked for, is not empty
// and ends where the file does or before.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gnutella;
    static const Urn urn = Urn::parse("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB").value();
    net::AnswerParser parser;
    net::prepare(parser, 2048);
    error_code error;
    parser.put(boost::asio::buffer(data, size), error);
    if (error || !parser.is_header_done()) {
        require(!error || net::explain(error) == Error::source_answer || net::explain(error) == Error::source_closed,
                "an error a person can act on");
        return 0;
    }
    const transfer::SourceAnswer answer = net::describe(parser);
    for (const std::uint64_t file_size : {std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{1} << 40}) {
        for (const std::uint64_t first : {std::uint64_t{0}, file_size / 2, file_size - 1}) {
            const auto result = transfer::check_answer(answer, {urn, first, file_size});
            if (const auto* plan = std::get_if<transfer::BodyPlan>(&result)) {
                require(plan->skip == 0 || plan->skip == first, "all that was there is skipped, or nothing");
                require(plan->keep > 0 && plan->keep <= file_size - first, "what is kept lies within the file");
            }
        }
    }
    return 0;
}

#pragma once

#include "wire/json_collector.hpp"
#include "wire/json_decoder.hpp"
#include "wire/message.hpp"

#include <string_view>

namespace gnutella::wire {

/// Makes the message that an object's members say, or tells what is wrong with them.
/// @param object the object's bytes; the members' views point into them.
/// @param lists what the members list; moved from.
JsonDecoder::Step read_message(std::string_view object, const JsonCollector& members, JsonLists& lists, Message& out);

}  // namespace gnutella::wire

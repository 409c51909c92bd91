// Telegram: reads the public web preview (t.me/s/NAME) of channels that the school names.
//
// Source: the preview pages themselves; they are not a documented interface, and may change.  What cannot be read
// as such a page is an error, never an empty channel.
//
// It joins nothing, signs in nowhere and does not search Telegram: groups, private channels and channels whose
// preview is switched off are not read.
#pragma once

#include <string>
#include <string_view>

#include "connectors/connector.h"
#include "connectors/listing/listing.h"
#include "src/base/result.h"

namespace heed {

extern const ConnectorCard kTelegramCard;

// Pure.  One page of https://t.me/s/{channel}, oldest message first.  `last_id` is the lowest message's number and `next`
// the same where there may be older ones.  kMalformed when it is no such page or was cut off; kNotFound when it is
// the page Telegram shows of what has no preview.  Bytes that are not UTF-8 become U+FFFD.
//
// A message's text is what it says, then a poll's question and choices.  What it answers or quotes stays out.
Result<ListAnswer> ParseTelegramPage(std::string_view html);

// Pure.  What the page of one message by itself (t.me/{channel}/{id}?embed=1) says of it: Telegram shows "Post not found" where it is gone.
// kUnknown of any other page.
Presence ReadTelegramLook(std::string_view html, const Post& post);

}  // namespace heed

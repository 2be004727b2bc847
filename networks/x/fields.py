"""What we ask X to tell, and where its API's bounds lie."""

from __future__ import annotations

from datetime import timedelta

from networks.protocol import FeedBounds
from records.words import Feed

POSTS_A_PAGE = 100

POST_FIELDS = (
    "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,lang,note_tweet,referenced_tweets"
)
POST_EXPANSIONS = "author_id,referenced_tweets.id,referenced_tweets.id.author_id,attachments.media_keys"
USER_FIELDS = "description,name,public_metrics,username"
MEDIA_FIELDS = "preview_image_url,type,url"

MESSAGE_FIELDS = "created_at,dm_conversation_id,entities,event_type,sender_id,text"
MESSAGE_EXPANSIONS = "sender_id"

SEARCH_WINDOW = timedelta(days=7)
MESSAGE_WINDOW = timedelta(days=30)
MOST_MENTIONS = 800
MOST_OWN_POSTS = 3200

BOUNDS = {
    Feed.MENTIONS: FeedBounds(most_posts=MOST_MENTIONS),
    Feed.OWN_POSTS: FeedBounds(most_posts=MOST_OWN_POSTS),
    Feed.QUOTES: FeedBounds(furthest_back=SEARCH_WINDOW),
    Feed.THREADS: FeedBounds(furthest_back=SEARCH_WINDOW),
    Feed.SEARCH: FeedBounds(furthest_back=SEARCH_WINDOW),
    Feed.DIRECT_MESSAGES: FeedBounds(furthest_back=MESSAGE_WINDOW),
}

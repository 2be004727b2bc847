"""What Facebook and Instagram share: Meta's Graph API, through facebook-sdk."""

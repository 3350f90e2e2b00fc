namespace Samples;

/// <summary>One article of a help center.</summary>
internal sealed record Article(string Title, string Text);

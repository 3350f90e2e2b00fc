namespace Samples;

/// <summary>One article of a help centre.</summary>
internal sealed record Article(string Title, string Text);

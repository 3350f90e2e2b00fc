namespace Reranking.VectorData.Tests;

/// <summary>A call of a member, with all its arguments but the token.</summary>
public sealed record MemberCall(string Member, params object?[] Arguments);

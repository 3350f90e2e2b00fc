using CsCheck;
using Reranking.Tool.Chat;

namespace Reranking.Tool.Tests.Chat;

public sealed class AnswerReaderTests
{
    [Theory]
    [InlineData("{\"question\": \"How?\"}", "How?")]
    [InlineData("```json\n{ \"question\": \" How\\nmany? \", \"why\": {} }\n```", "How many?")]
    [InlineData("Here it is: {\"question\": \"How?\"} I hope it helps.", "How?")]
    [InlineData("<think>{\"question\": \"No.\"} or {...}</think>{\"question\": \"How?\"}", "How?")]
    [InlineData("How?", null)]
    [InlineData("{\"question\": \"\"}", null)]
    [InlineData("{\"question\": 5}", null)]
    [InlineData("{\"question\": null}", null)]
    [InlineData("{\"Question\": \"How?\"}", null)]
    [InlineData("{\"question\": \"How?\"", null)]
    [InlineData("} {", null)]
    [InlineData("{\"question\": \"\\ud800\"}", null)]
    [InlineData("{\"a\": 1} {\"question\": \"How?\"}", null)]
    [InlineData("", null)]
    public void ReadQuestion_WhatModelsWrite_IsReadOrNothing(string answer, string? expected) => Assert.Equal(expected, AnswerReader.ReadQuestion(answer));

    [Fact]
    public void ReadQuestion_AnEssay_IsNone() => Assert.Null(AnswerReader.ReadQuestion($"{{\"question\": \"{new string('x', 401)}\"}}"));

    [Theory]
    [InlineData("{\"grades\": [0, 2, 1]}", "0,2,1")]
    [InlineData("Sure!\n{\"grades\":[0,0,0]}", "0,0,0")]
    [InlineData("{\"grades\": [0, 2]}", null)]
    [InlineData("{\"grades\": [0, 2, 1, 0]}", null)]
    [InlineData("{\"grades\": [0, 3, 1]}", null)]
    [InlineData("{\"grades\": [0, -1, 1]}", null)]
    [InlineData("{\"grades\": [0, 1.5, 1]}", null)]
    [InlineData("{\"grades\": [0, \"1\", 1]}", null)]
    [InlineData("{\"grades\": {\"1\": 0}}", null)]
    [InlineData("{\"scores\": [0, 1, 1]}", null)]
    [InlineData("[0, 1, 1]", null)]
    public void ReadGrades_WhatModelsWrite_AreReadOrNothing(string answer, string? expected) =>
        Assert.Equal(expected, AnswerReader.ReadGrades(answer, 3) is { } grades ? string.Join(',', grades) : null);

    [Fact]
    public void Read_AnyText_ThrowsNothing() => Gen.String[Gen.OneOf('{', '}', '"', ':', '[', ']', 'q', '1', ',', '\\', ' ', '\u2028', '\ud800'), 0, 30]
        .Sample(text =>
        {
            Assert.Null(AnswerReader.ReadQuestion(text));
            Assert.Null(AnswerReader.ReadGrades(text, 1));
        });
}

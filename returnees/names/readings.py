"""Readings that the dictionary of words does not know, because they occur in names alone.

Keys are simplified characters. Sources: 百家姓, 通用规范汉字表, the Xinhua dictionary's notes on
surnames (姓).
"""

from __future__ import annotations

# Characters that are read otherwise when they are a surname.
SURNAME_READINGS = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "查": "zha", "任": "ren", "华": "hua",
    "朴": "piao", "区": "ou", "盖": "ge", "缪": "miao", "乐": "yue", "翟": "zhai", "种": "chong",
    "繁": "po", "秘": "bi", "洗": "xian", "员": "yun", "召": "shao", "覃": "qin", "阚": "kan",
    "黑": "he", "折": "she", "柏": "bai", "卜": "bu", "隗": "wei", "祭": "zhai", "句": "gou",
    "谌": "chen", "能": "nai", "都": "du", "訾": "zi", "薄": "bo", "郇": "xun", "藏": "zang",
    "乜": "nie", "佴": "nai", "粘": "nian", "么": "yao", "幺": "yao", "不": "fou", "称": "cheng",
    "铫": "yao", "角": "jue", "沓": "ta", "尉": "wei", "晟": "cheng", "泌": "bi", "要": "yao",
    "扎": "za", "难": "nan", "那": "na", "哈": "ha", "宿": "su", "褚": "chu", "牟": "mou",
    "葛": "ge", "纪": "ji", "贲": "ben", "郗": "xi", "郄": "qie", "眭": "sui", "行": "xing",
    "车": "che", "冼": "xian", "令": "ling", "厍": "she", "相": "xiang", "燕": "yan",
    "镡": "tan", "遆": "ti", "仝": "tong", "芈": "mi", "茆": "mao", "贠": "yun", "撖": "han",
}  # fmt: skip
# Characters that are read otherwise in a given name than as a word or a surname.
GIVEN_READINGS = {
    "晟": "sheng", "隽": "jun", "莘": "xin", "珩": "heng", "颉": "jie", "嬛": "huan",
    "瑒": "yang", "祎": "yi", "勖": "xu", "昕": "xin", "珲": "hui", "浚": "jun", "圻": "qi",
    "娉": "ping", "倩": "qian", "澍": "shu", "盛": "sheng", "曾": "zeng", "翟": "zhai",
}  # fmt: skip
# Surnames of more than one character. Those that a common surname and a common given name make
# together as well (马佳, 高堂, 贺兰) are left out: they would be wrong more often than right.
_COMPOUND = """
欧阳 司马 上官 诸葛 司徒 东方 皇甫 尉迟 公孙 令狐 慕容 宇文 长孙 端木 夏侯 独孤 南宫 轩辕 闻人 澹台
公冶 宗政 濮阳 淳于 单于 太叔 申屠 申徒 仲孙 叔孙 钟离 鲜于 闾丘 闾邱 司空 司寇 百里 呼延 万俟
赫连 西门 东郭 东门 东野 东里 西陵 南门 南郭 北宫 北郭 北堂 北门 第五 第二 完颜 纳兰 拓跋 拓拔 亓官
颛孙 左丘 左邱 梁丘 谷梁 榖梁 段干 公羊 公西 公良 公输 公乘 公仪 公户 公伯 仉督 子车 巫马 漆雕 乐正
壤驷 夹谷 宰父 羊舌 微生 即墨 达奚 褚师 乌孙 哥舒 仆固 屈突 叱干 耶律 太史 仲长 毌丘 鬼谷 胡毋 胡母
有琴 归海 伯赏 谯笪 缑亢 况后 南荣 墨哈 阳佟 沙吒 纥干 斛律 贺若 尔朱 宿勤 颛臾 五鹿 邯郸 富察 乌雅
爱新觉罗 叶赫那拉 钮祜禄 瓜尔佳 赫舍里 喜塔腊 索绰罗
"""
COMPOUND_SURNAMES = frozenset(_COMPOUND.split())
LONGEST_SURNAME = max(map(len, COMPOUND_SURNAMES))
COMPOUND_READINGS = {
    "尉迟": ["yu", "chi"],
    "澹台": ["tan", "tai"],
    "单于": ["chan", "yu"],
    "万俟": ["mo", "qi"],
    "长孙": ["zhang", "sun"],
    "乐正": ["yue", "zheng"],
    "子车": ["zi", "ju"],
    "公乘": ["gong", "sheng"],
    "仲长": ["zhong", "chang"],
    "毌丘": ["guan", "qiu"],
    "胡毋": ["hu", "wu"],
    "胡母": ["hu", "wu"],
}

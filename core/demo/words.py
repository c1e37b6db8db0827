"""The words people and theses of the synthetic nation are made of: names with pinyin, places, topics.

Must not know how they are drawn.
"""

SURNAMES = (
    "王WANG 李LI 张ZHANG 刘LIU 陈CHEN 杨YANG 黄HUANG 赵ZHAO 吴WU 周ZHOU 徐XU 孙SUN 马MA 朱ZHU "
    "胡HU 郭GUO 何HE 林LIN "
    "高GAO 罗LUO 郑ZHENG 梁LIANG 谢XIE 宋SONG 唐TANG 许XU 韩HAN 邓DENG 冯FENG 曹CAO 彭PENG "
    "曾ZENG 肖XIAO 田TIAN "
    "董DONG 潘PAN 袁YUAN 蔡CAI 蒋JIANG 余YU 于YU 杜DU 叶YE 程CHENG 魏WEI 苏SU 吕LYU 丁DING 任REN "
    "卢LU 姚YAO 沈SHEN "
    "钟ZHONG 姜JIANG 崔CUI 谭TAN 陆LU 范FAN 汪WANG 廖LIAO 石SHI 金JIN 韦WEI 贾JIA 夏XIA 付FU "
    "方FANG 邹ZOU 熊XIONG "
    "白BAI 孟MENG 秦QIN 邱QIU 侯HOU 江JIANG 尹YIN 薛XUE 闫YAN 段DUAN 雷LEI 龙LONG 黎LI 史SHI "
    "陶TAO 贺HE 毛MAO "
    "郝HAO 顾GU 龚GONG 邵SHAO 万WAN 覃QIN 武WU 钱QIAN 戴DAI 严YAN 莫MO 孔KONG 向XIANG 常CHANG "
    "汤TANG 萧XIAO 阎YAN "
    "欧阳OUYANG 司马SIMA 上官SHANGGUAN 诸葛ZHUGE"
).split()
"""Surnames from the most to the least frequent."""

GIVEN_MALE = (
    "伟WEI 强QIANG 磊LEI 军JUN 勇YONG 杰JIE 涛TAO 超CHAO 明MING 刚GANG 平PING 辉HUI 鹏PENG 飞FEI "
    "浩HAO 宇YU 博BO "
    "凯KAI 健JIAN 俊JUN 帆FAN 帅SHUAI 旭XU 龙LONG 林LIN 峰FENG 斌BIN 波BO 轩XUAN 泽ZE 翔XIANG "
    "锋FENG 哲ZHE 晨CHEN"
).split()
GIVEN_FEMALE = (
    "芳FANG 娜NA 敏MIN 静JING 丽LI 艳YAN 娟JUAN 霞XIA 燕YAN 玲LING 婷TING 雪XUE 琳LIN 慧HUI 莉LI "
    "颖YING 佳JIA "
    "怡YI 欣XIN 悦YUE 萌MENG 洁JIE 梅MEI 倩QIAN 璐LU 瑶YAO 蕾LEI 薇WEI 晶JING 莹YING 媛YUAN "
    "菲FEI 珊SHAN 妍YAN"
).split()
GIVEN_SHARED = (
    "文WEN 子ZI 雨YU 思SI 嘉JIA 志ZHI 晓XIAO 一YI 梓ZI 若RUO 海HAI 春CHUN 国GUO 建JIAN 玉YU "
    "天TIAN 云YUN 书SHU "
    "新XIN 永YONG 清QING 安AN 立LI 宁NING 航HANG 乐LE 睿RUI 然RAN 祺QI 辰CHEN 心XIN 远YUAN"
).split()
RARE = "䶮YAN 㛃JIE 㭎GANG 䲟YIN 𬭎HONG 𫖯FU 𬘘YAN 堃KUN 喆ZHE 垚YAO 犇BEN 淼MIAO".split()
"""Given-name characters that not every format can carry; some lie outside the basic plane."""

MINORITY = (
    "阿依古丽·艾合买提:AYIGULI AIHEMAITI|买买提·吐尔逊:MAIMAITI TUERXUN|"
    "古丽娜尔·卡德尔:GULINAER KADEER|"
    "阿力木江·玉素甫:ALIMUJIANG YUSUFU|热依汗·库尔班:REYIHAN KUERBAN|努尔兰·叶尔肯:NUERLAN YEERKEN|"
    "迪丽拜尔·肉孜:DILIBAIER ROUZI|艾尔肯·阿不都:AIERKEN ABUDU|赛力克·别克:SAILIKE BIEKE|"
    "帕提古丽·沙吾提:PATIGULI SHAWUTI"
).split("|")
MINORITY_CODES = "05 05 05 05 05 17 05 05 17 05".split()
"""Ethnic group code of each of the MINORITY names, in order."""

FOREIGN = (
    "NGUYEN VAN AN:704:1|TRAN THI MAI:704:2|KIM MIN JUN:410:1|PARK SEO YEON:410:2|"
    "IVAN PETROV:643:1|"
    "ANNA SMIRNOVA:643:2|JOHN MILLER:840:1|EMILY CLARK:840:2|SOMCHAI SAETANG:764:1|"
    "KHAMLA VONGSA:418:1|"
    "PUTRI WULANDARI:360:2|AHMED HASSAN:818:1|FATIMA KHAN:586:2|AIDANA BEKOVA:398:2|"
    "TANAKA YUI:392:2|"
    "SOFIA ROSSI:380:2|约翰·布朗:826:1|玛丽亚·索科洛娃:643:2|阮氏兰:704:2|巴特尔·恩和:496:1"
).split("|")
"""International students as name:country code:sex."""

ETHNIC_GROUPS = "01 11 03 06 08 15 07 02 04 09".split()
"""Ethnic groups of the other names, the first one by far the most frequent."""

METHODS = (
    "深度学习 多源数据 有限元 结构方程 扎根理论 实证分析 田野调查 数值模拟 博弈论 案例研究 "
    "文本分析 系统动力学"
).split()
OBJECTS = (
    "区域发展 城市交通 供应链协同 课堂教学 土壤修复 桥梁结构 图像识别 企业创新 农村治理 "
    "慢性病管理 能源调度 "
    "古籍整理 传播效果 学习行为 水质监测 材料性能"
).split()
OUTCOMES = "研究 影响机制研究 优化设计 评价方法研究 模型构建与应用 路径研究".split()
